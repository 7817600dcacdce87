/* Floating point: a sun and four planets pull at each other, in doubles. nbody [STEPS in thousands] */
#include "float.h"

#define BODIES 5
struct body { double x, y, z, vx, vy, vz, mass; };
/* Masses in suns over 4 pi^2, lengths in astronomical units, times in years: round figures of our own. */
static struct body bodies[BODIES] = {
	{ 0, 0, 0, 0, 0, 0, 39.4784176 },
	{ 4.8, -1.2, -0.1, 0.6, 2.8, -0.02, 0.0377 },
	{ 8.3, 4.1, -0.4, -1.0, 1.8, 0.01, 0.0113 },
	{ 12.9, -15.1, -0.2, 1.1, 0.9, -0.01, 0.0017 },
	{ 15.4, -25.9, 0.2, 1.0, 0.6, -0.03, 0.0020 },
};

static void NOINLINE advance(double dt)
{
	for (int i = 0; i < BODIES; i++) {
		struct body *a = &bodies[i];
		for (int j = i + 1; j < BODIES; j++) {
			struct body *b = &bodies[j];
			double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
			double square = dx * dx + dy * dy + dz * dz;
			double scale = dt / (square * square_root(square));
			a->vx -= dx * b->mass * scale;
			a->vy -= dy * b->mass * scale;
			a->vz -= dz * b->mass * scale;
			b->vx += dx * a->mass * scale;
			b->vy += dy * a->mass * scale;
			b->vz += dz * a->mass * scale;
		}
	}
	for (int i = 0; i < BODIES; i++) {
		struct body *a = &bodies[i];
		a->x += dt * a->vx;
		a->y += dt * a->vy;
		a->z += dt * a->vz;
	}
}

static double NOINLINE energy(void)
{
	double sum = 0;
	for (int i = 0; i < BODIES; i++) {
		struct body *a = &bodies[i];
		sum += 0.5 * a->mass * (a->vx * a->vx + a->vy * a->vy + a->vz * a->vz);
		for (int j = i + 1; j < BODIES; j++) {
			struct body *b = &bodies[j];
			double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
			sum -= a->mass * b->mass / square_root(dx * dx + dy * dy + dz * dz);
		}
	}
	return sum;
}

int main(int argc, char **argv)
{
	unsigned long steps = (argc > 1 ? number(argv[1]) : AMOUNT(80, 150, 350, 700)) * 1000;
	while (steps--)
		advance(0.001);
	put_double(energy());
	return 0;
}
