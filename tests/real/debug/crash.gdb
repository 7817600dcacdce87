set pagination off
set width 0
break add
run
bt
next
next
info locals
print total
stepi
x/i $pc
info registers eip
delete
set can-use-hw-watchpoints 0
watch total
continue
delete
print add(node, 0)
set var total = 99
print total
info threads
continue
bt
info registers eip eflags
print $_siginfo.si_signo
print $_siginfo._sifields._sigfault.si_addr
