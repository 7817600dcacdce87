set pagination off
set width 0
break crash
run
info threads
thread apply all -s frame function run
next
next
bt
kill
