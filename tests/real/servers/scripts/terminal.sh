script -qc 'tty | sed "s/[0-9]*$//"; stty size; [ -t 0 ] && echo terminal' /dev/null | tr -d '\r' | grep -v '^[0-9]* [0-9]*$'
printf 'one\ntwo\nthree\n' > text
vim.basic -es -u NONE -c '%s/two/2/' -c 'g/one/m$' -c wq text
cat text
tmux -L test -f /dev/null new-session -d -x 80 -y 24 'echo in tmux; tty | cut -c1-9; read line; echo "got $line" > /tmp/answer'
until_ok eval "tmux -L test capture-pane -p | grep -q '^/dev/pts'"
tmux -L test capture-pane -p | grep .
tmux -L test send-keys 'some words' Enter
until_ok test -s answer
cat answer
