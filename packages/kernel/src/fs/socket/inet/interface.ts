/** The one network interface: lo. Linux 6.1 drivers/net/loopback.c */
export const LOOPBACK_NAME = 'lo';
export const LOOPBACK_INDEX = 1;
export const LOOPBACK_MTU = 65_536;
export const LOOPBACK_QUEUE_LENGTH = 1000;
export const IFF_UP = 0x1;
const IFF_LOOPBACK = 0x8;
const IFF_RUNNING = 0x40;
const IFF_LOWER_UP = 0x1_0000;
/** Flags as ioctl gives them in 16 bits, and as netlink does. */
export const LOOPBACK_FLAGS = IFF_UP | IFF_LOOPBACK | IFF_RUNNING;
export const LOOPBACK_LINK_FLAGS = LOOPBACK_FLAGS | IFF_LOWER_UP;
export const ARPHRD_LOOPBACK = 772;
