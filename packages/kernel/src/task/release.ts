/** What uname and /proc/version say: the Linux that this kernel models, with KML's suffix. */
export const KERNEL_RELEASE = '6.1.0-kml';
export const KERNEL_VERSION = '#1 Kernel Mode Linux';
