set pagination off
set width 0
break add
run
delete
watch total
continue
continue
info watchpoints
delete
hbreak main
thbreak add if depth == 0
continue
bt
