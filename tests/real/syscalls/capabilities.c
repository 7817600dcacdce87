/* Capabilities: what they allow, and what becomes of them with user ids and exec. */
/* Calls: capget capset prctl execve */
#include "family.h"
#include <linux/capability.h>
#include <linux/securebits.h>

#define MANY ((1u << CAP_CHOWN) | (1u << CAP_DAC_OVERRIDE) | (1u << CAP_FOWNER) | (1u << CAP_KILL) | (1u << CAP_SETGID) | (1u << CAP_SETUID) | (1u << CAP_SETPCAP) | (1u << CAP_SYS_NICE))

static struct __user_cap_data_struct sets[2];

static int get(int pid) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, pid};
  return syscall(SYS_capget, &header, sets);
}

static int set(unsigned effective, unsigned permitted, unsigned inheritable) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{effective, permitted, inheritable}, {}};
  return syscall(SYS_capset, &header, data);
}

/* Of those that every container leaves root. */
static void report(const char *what) {
  get(0);
  printf("%s: effective %x permitted %x inheritable %x\n", what, sets[0].effective & MANY, sets[0].permitted & MANY, sets[0].inheritable & MANY);
}

static void calls(void) {
  struct __user_cap_header_struct header = {0x12345678, 0};
  show("version", syscall(SYS_capget, &header, sets));
  printf("told %x\n", header.version);
  header.version = 0;
  show("asking for the version", syscall(SYS_capget, &header, NULL));
  header = (struct __user_cap_header_struct){_LINUX_CAPABILITY_VERSION_1, 0};
  show("first version", syscall(SYS_capget, &header, sets));
  header = (struct __user_cap_header_struct){_LINUX_CAPABILITY_VERSION_3, -1};
  show("negative", syscall(SYS_capget, &header, sets));
  header.pid = 0x3ffffff;
  show("no such", syscall(SYS_capget, &header, sets));
  header.pid = 1;
  show("of init", syscall(SYS_capset, &header, sets));
  show("bad", syscall(SYS_capget, (void *)8, sets));
  report("root");
  show("drop", set(MANY, MANY, 0));
  report("dropped");
  show("what it has not", set(MANY | 1 << CAP_SYS_ADMIN, MANY | 1 << CAP_SYS_ADMIN, 0));
  show("not in effect", set(0, MANY, 0));
  report("not in effect");
  show("kill", kill(1, 0));
  show("more in effect than permitted", set(MANY, 1, 0));
  show("back", set(MANY, MANY, MANY));
  report("back");
}

static void user_ids(void) {
  set(MANY, MANY, 0);
  setresuid(-1, 1000, -1);
  report("effective 1000");
  setresuid(-1, 0, -1);
  report("effective 0");
  syscall(SYS_setfsuid, 1000);
  report("fs 1000");
  syscall(SYS_setfsuid, 0);
  report("fs 0");
  setresuid(1000, 1000, 1000);
  report("all 1000");
}

static void keeps(void) {
  set(MANY, MANY, 0);
  prctl(PR_SET_KEEPCAPS, 1);
  setresuid(1000, 1000, 1000);
  report("kept");
  show("in effect again", set(1 << CAP_KILL | 1 << CAP_SETUID, MANY, 0));
  show("kill", kill(1, 0));
  show("setuid", setresuid(2000, 2000, 2000));
  show("chown", chown("/dev/null", 5, 5));
  show("nice", setpriority(PRIO_PROCESS, 0, -5) == 0 ? 0 : -1);
}

static void no_fixup(void) {
  set(MANY, MANY, 0);
  show("secure bits", prctl(PR_GET_SECUREBITS));
  show("set", prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED));
  show("locked", prctl(PR_SET_SECUREBITS, 0));
  show("unknown", prctl(PR_SET_SECUREBITS, 0x1000));
  setresuid(1000, 1000, 1000);
  report("still");
  show("secure bits", prctl(PR_GET_SECUREBITS));
}

static void bounding(void) {
  show("read", prctl(PR_CAPBSET_READ, CAP_KILL));
  show("drop", prctl(PR_CAPBSET_DROP, CAP_KILL));
  show("read", prctl(PR_CAPBSET_READ, CAP_KILL));
  show("none such", prctl(PR_CAPBSET_READ, 999));
  show("drop none such", prctl(PR_CAPBSET_DROP, 999));
  show("not to be inherited", set(MANY, MANY, 1 << CAP_KILL));
  set(MANY & ~(1 << CAP_SETPCAP), MANY, 0);
  show("without SETPCAP", prctl(PR_CAPBSET_DROP, CAP_CHOWN));
}

static void again(const char *how) {
  fflush(stdout);
  execl("/proc/self/exe", "capabilities", how, NULL);
  printf("exec: %s\n", error_name(errno));
}

static void exec_root(void) {
  set(1 << CAP_KILL, 1 << CAP_KILL, 0);
  again("root gets what is bounded");
}

static void exec_user(void) {
  set(MANY, MANY, MANY);
  prctl(PR_SET_KEEPCAPS, 1);
  setresuid(1000, 1000, 1000);
  again("user has none");
}

static void exec_ambient(void) {
  set(MANY, MANY, 1 << CAP_KILL | 1 << CAP_CHOWN);
  prctl(PR_SET_KEEPCAPS, 1);
  setresuid(1000, 1000, 1000);
  show("raise", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0));
  show("raise what is not inherited", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SETUID, 0, 0));
  show("is set", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_KILL, 0, 0));
  show("is not", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN, 0, 0));
  show("none such", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 999, 0, 0));
  again("ambient");
}

static void exec_noroot(void) {
  prctl(PR_SET_SECUREBITS, SECBIT_NOROOT);
  set(MANY, MANY, 0);
  again("root is nobody");
}

static void lowered(void) {
  set(MANY, MANY, MANY);
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0);
  show("lower", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, CAP_KILL, 0, 0));
  show("is not", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_KILL, 0, 0));
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0);
  show("clear", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
  show("is not", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_KILL, 0, 0));
  prctl(PR_SET_SECUREBITS, SECBIT_NO_CAP_AMBIENT_RAISE);
  show("raise", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0));
}

int main(int argc, char **argv) {
  if (argc > 1) {
    report(argv[1]);
    return 0;
  }
  in_child("calls", calls);
  in_child("user ids", user_ids);
  in_child("keep", keeps);
  in_child("no fixup", no_fixup);
  in_child("bounding", bounding);
  in_child("exec as root", exec_root);
  in_child("exec as user", exec_user);
  in_child("exec with ambient", exec_ambient);
  in_child("exec without root", exec_noroot);
  in_child("ambient", lowered);
  return 0;
}
