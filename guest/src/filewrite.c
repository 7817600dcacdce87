/* filewrite HOW FILE TEXT: puts TEXT at the start of FILE and exits. HOW: "call" (write) or "map" (a store into a shared mapping, without msync). */
#include "kml.h"

#define O_RDWR_CREAT 0102

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	long fd = sys3(NR_open, argv[2], O_RDWR_CREAT, 0644);
	if (fd < 0) {
		put("filewrite: cannot open\n");
		return 1;
	}
	unsigned size = length(argv[3]);
	if (same(argv[1], "call"))
		return sys3(NR_write, fd, argv[3], size) != (long)size;
	/* address, length, PROT_READ|PROT_WRITE, MAP_SHARED, descriptor, offset */
	long map[6] = { 0, 4096, 3, 1, fd, 0 };
	char *mapped = (char *)sys1(NR_mmap, map);
	if ((unsigned long)mapped > 0xfffff000UL)
		return 1;
	memcpy(mapped, argv[3], size);
	return 0;
}
