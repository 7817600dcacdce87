/* filewrite HOW FILE TEXT: puts TEXT at the start of FILE and exits. HOW: "call" (write) or "map" (a store into a shared mapping, without msync). */
#include "kml.h"

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	long fd = sys3(NR_open, argv[2], O_RDWR | O_CREAT, 0644);
	if (fd < 0) {
		put("filewrite: cannot open\n");
		return 1;
	}
	unsigned size = length(argv[3]);
	if (same(argv[1], "call"))
		return sys3(NR_write, fd, argv[3], size) != (long)size;
	char *mapped = (char *)map_file(4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	if (map_failed(mapped))
		return 1;
	memcpy(mapped, argv[3], size);
	return 0;
}
