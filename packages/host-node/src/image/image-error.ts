/** What is wrong with an image (an archive or OCI layout) as one line for the user. */
export class ImageError extends Error {}
