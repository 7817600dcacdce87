mkdir project && cd project
cat > Makefile <<'M'
OBJECTS = a.o b.o c.o d.o e.o f.o main.o
program: $(OBJECTS)
	tcc -o $@ $(OBJECTS)
%.o: %.c all.h
	tcc -c -o $@ $<
clean:
	rm -f program *.o
M
for f in a b c d e f; do
  echo "int $f(int);" >> all.h
  printf '#include "all.h"\n#include <stdio.h>\nint %s(int x) { printf("%s %%d\\n", x); return x * 3 + %d; }\n' $f $f "'$f" > $f.c
done
cat > main.c <<'M'
#include "all.h"
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv) {
  char text[64];
  snprintf(text, sizeof text, "%x", f(e(d(c(b(a(argc)))))));
  puts(text);
  return strlen(text);
}
M
make -j4 | sort
./program one two
echo "status $?"
make
touch c.c
make -j4
make clean
ls
echo 'int puts(char *); int main() { puts("compiled in memory"); return 3; }' | tcc -run -
echo "status $?"
