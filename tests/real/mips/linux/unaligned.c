/* Accesses that are not aligned, which the kernel carries out; also in the delay slots of branches of all kinds. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static unsigned char bytes[64] __attribute__((aligned(8)));

#define LOAD(instruction, offset) ({ \
	unsigned value; \
	__asm__ volatile(instruction " %0, " #offset "(%1)" : "=r"(value) : "r"(bytes) : "memory"); \
	value; })

int main(void)
{
	for (int i = 0; i < 64; i++)
		bytes[i] = (unsigned char)(i * 7 + 0x81);
	printf("lw %08x %08x %08x\n", LOAD("lw", 1), LOAD("lw", 2), LOAD("lw", 3));
	printf("lh %08x %08x lhu %08x %08x\n", LOAD("lh", 1), LOAD("lh", 5), LOAD("lhu", 1), LOAD("lhu", 7));

	unsigned word = 0xdeadbeef;
	__asm__ volatile("sw %0, 9(%1)\n\tsh %0, 17(%1)" : : "r"(word), "r"(bytes) : "memory");

	double wide;
	float narrow;
	uint64_t wide_bits;
	uint32_t narrow_bits;
	__asm__ volatile("ldc1 %0, 3(%1)" : "=f"(wide) : "r"(bytes));
	__asm__ volatile("lwc1 %0, 5(%1)" : "=f"(narrow) : "r"(bytes));
	memcpy(&wide_bits, &wide, 8);
	memcpy(&narrow_bits, &narrow, 4);
	printf("ldc1 %016llx lwc1 %08x\n", (unsigned long long)wide_bits, narrow_bits);
	__asm__ volatile("sdc1 %0, 25(%1)\n\tswc1 %2, 41(%1)" : : "f"(wide), "r"(bytes), "f"(narrow) : "memory");

	unsigned first, second;
	__asm__ volatile(".set push\n\t.set noreorder\n"
			 "\tli %1, 3\n"
			 "1:\taddiu %1, %1, -1\n"
			 "\tbnez %1, 1b\n"
			 "\tlw %0, 13(%2)\n"
			 "\t.set pop" : "=&r"(first), "=&r"(second) : "r"(bytes));
	printf("bnez %08x %u\n", first, second);
	__asm__ volatile(".set push\n\t.set noreorder\n"
			 "\tjal 1f\n"
			 "\tlw %0, 21(%2)\n"
			 "\tb 2f\n"
			 "\tsw %0, 49(%2)\n"
			 "1:\tjr $31\n"
			 "\tlh %1, 33(%2)\n"
			 "2:\t.set pop" : "=&r"(first), "=&r"(second) : "r"(bytes) : "$31", "memory");
	printf("jal, jr, b %08x %08x\n", first, second);
	for (int i = 0; i < 64; i++)
		printf("%02x", bytes[i]);
	puts("");
	return 0;
}
