/** Which build of KML this is; the bundler puts a hash of the bundle in its place. */
export const BUILD: string = process.env.KML_BUILD ?? 'source';
/** KML's version. */
export const VERSION = '0.1.0';
