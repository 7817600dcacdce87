set pagination off
set width 0
set detach-on-fork off
set follow-fork-mode child
catch fork
catch exec
run
info inferiors
continue
