#!/bin/bash
# A shell script of 200 lines that forks 300 times, and starts no other program.
total=0
words=
count() { for word in $1; do total=$((total + 1)); done; }
x=$(echo $((total + 1)))
case $x in *2) total=$((total + x % 7)) ;; *) words="$words w2" ;; esac
y=$(count "a b c d"; echo $total)$(echo .3); ( [ "$y" != 3 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}4
if [ ${#words} -gt 5 ]; then words=${words: -6}; fi
z=$(printf '%s-%03d' "$text" 6); ( : "$z" )
x=$(echo $((total + 7)))
case $x in *8) total=$((total + x % 7)) ;; *) words="$words w8" ;; esac
y=$(count "a b c d"; echo $total)$(echo .9); ( [ "$y" != 9 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}10
if [ ${#words} -gt 11 ]; then words=${words: -12}; fi
z=$(printf '%s-%03d' "$text" 12); ( : "$z" )
x=$(echo $((total + 13)))
case $x in *4) total=$((total + x % 7)) ;; *) words="$words w14" ;; esac
y=$(count "a b c d"; echo $total)$(echo .15); ( [ "$y" != 15 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}16
if [ ${#words} -gt 17 ]; then words=${words: -18}; fi
z=$(printf '%s-%03d' "$text" 18); ( : "$z" )
x=$(echo $((total + 19)))
case $x in *0) total=$((total + x % 7)) ;; *) words="$words w20" ;; esac
y=$(count "a b c d"; echo $total)$(echo .21); ( [ "$y" != 21 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}22
if [ ${#words} -gt 23 ]; then words=${words: -4}; fi
z=$(printf '%s-%03d' "$text" 24); ( : "$z" )
x=$(echo $((total + 25)))
case $x in *6) total=$((total + x % 7)) ;; *) words="$words w26" ;; esac
y=$(count "a b c d"; echo $total)$(echo .27); ( [ "$y" != 27 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}28
if [ ${#words} -gt 29 ]; then words=${words: -10}; fi
z=$(printf '%s-%03d' "$text" 30); ( : "$z" )
x=$(echo $((total + 31)))
case $x in *2) total=$((total + x % 7)) ;; *) words="$words w32" ;; esac
y=$(count "a b c d"; echo $total)$(echo .33); ( [ "$y" != 33 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}34
if [ ${#words} -gt 35 ]; then words=${words: -16}; fi
z=$(printf '%s-%03d' "$text" 36); ( : "$z" )
x=$(echo $((total + 37)))
case $x in *8) total=$((total + x % 7)) ;; *) words="$words w38" ;; esac
y=$(count "a b c d"; echo $total)$(echo .39); ( [ "$y" != 39 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}40
if [ ${#words} -gt 41 ]; then words=${words: -2}; fi
z=$(printf '%s-%03d' "$text" 42); ( : "$z" )
x=$(echo $((total + 43)))
case $x in *4) total=$((total + x % 7)) ;; *) words="$words w44" ;; esac
y=$(count "a b c d"; echo $total)$(echo .45); ( [ "$y" != 45 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}46
if [ ${#words} -gt 47 ]; then words=${words: -8}; fi
z=$(printf '%s-%03d' "$text" 48); ( : "$z" )
x=$(echo $((total + 49)))
case $x in *0) total=$((total + x % 7)) ;; *) words="$words w50" ;; esac
y=$(count "a b c d"; echo $total)$(echo .51); ( [ "$y" != 51 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}52
if [ ${#words} -gt 53 ]; then words=${words: -14}; fi
z=$(printf '%s-%03d' "$text" 54); ( : "$z" )
x=$(echo $((total + 55)))
case $x in *6) total=$((total + x % 7)) ;; *) words="$words w56" ;; esac
y=$(count "a b c d"; echo $total)$(echo .57); ( [ "$y" != 57 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}58
if [ ${#words} -gt 59 ]; then words=${words: -20}; fi
z=$(printf '%s-%03d' "$text" 60); ( : "$z" )
x=$(echo $((total + 61)))
case $x in *2) total=$((total + x % 7)) ;; *) words="$words w62" ;; esac
y=$(count "a b c d"; echo $total)$(echo .63); ( [ "$y" != 63 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}64
if [ ${#words} -gt 65 ]; then words=${words: -6}; fi
z=$(printf '%s-%03d' "$text" 66); ( : "$z" )
x=$(echo $((total + 67)))
case $x in *8) total=$((total + x % 7)) ;; *) words="$words w68" ;; esac
y=$(count "a b c d"; echo $total)$(echo .69); ( [ "$y" != 69 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}70
if [ ${#words} -gt 71 ]; then words=${words: -12}; fi
z=$(printf '%s-%03d' "$text" 72); ( : "$z" )
x=$(echo $((total + 73)))
case $x in *4) total=$((total + x % 7)) ;; *) words="$words w74" ;; esac
y=$(count "a b c d"; echo $total)$(echo .75); ( [ "$y" != 75 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}76
if [ ${#words} -gt 77 ]; then words=${words: -18}; fi
z=$(printf '%s-%03d' "$text" 78); ( : "$z" )
x=$(echo $((total + 79)))
case $x in *0) total=$((total + x % 7)) ;; *) words="$words w80" ;; esac
y=$(count "a b c d"; echo $total)$(echo .81); ( [ "$y" != 81 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}82
if [ ${#words} -gt 83 ]; then words=${words: -4}; fi
z=$(printf '%s-%03d' "$text" 84); ( : "$z" )
x=$(echo $((total + 85)))
case $x in *6) total=$((total + x % 7)) ;; *) words="$words w86" ;; esac
y=$(count "a b c d"; echo $total)$(echo .87); ( [ "$y" != 87 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}88
if [ ${#words} -gt 89 ]; then words=${words: -10}; fi
z=$(printf '%s-%03d' "$text" 90); ( : "$z" )
x=$(echo $((total + 91)))
case $x in *2) total=$((total + x % 7)) ;; *) words="$words w92" ;; esac
y=$(count "a b c d"; echo $total)$(echo .93); ( [ "$y" != 93 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}94
if [ ${#words} -gt 95 ]; then words=${words: -16}; fi
z=$(printf '%s-%03d' "$text" 96); ( : "$z" )
x=$(echo $((total + 97)))
case $x in *8) total=$((total + x % 7)) ;; *) words="$words w98" ;; esac
y=$(count "a b c d"; echo $total)$(echo .99); ( [ "$y" != 99 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}100
if [ ${#words} -gt 101 ]; then words=${words: -2}; fi
z=$(printf '%s-%03d' "$text" 102); ( : "$z" )
x=$(echo $((total + 103)))
case $x in *4) total=$((total + x % 7)) ;; *) words="$words w104" ;; esac
y=$(count "a b c d"; echo $total)$(echo .105); ( [ "$y" != 105 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}106
if [ ${#words} -gt 107 ]; then words=${words: -8}; fi
z=$(printf '%s-%03d' "$text" 108); ( : "$z" )
x=$(echo $((total + 109)))
case $x in *0) total=$((total + x % 7)) ;; *) words="$words w110" ;; esac
y=$(count "a b c d"; echo $total)$(echo .111); ( [ "$y" != 111 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}112
if [ ${#words} -gt 113 ]; then words=${words: -14}; fi
z=$(printf '%s-%03d' "$text" 114); ( : "$z" )
x=$(echo $((total + 115)))
case $x in *6) total=$((total + x % 7)) ;; *) words="$words w116" ;; esac
y=$(count "a b c d"; echo $total)$(echo .117); ( [ "$y" != 117 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}118
if [ ${#words} -gt 119 ]; then words=${words: -20}; fi
z=$(printf '%s-%03d' "$text" 120); ( : "$z" )
x=$(echo $((total + 121)))
case $x in *2) total=$((total + x % 7)) ;; *) words="$words w122" ;; esac
y=$(count "a b c d"; echo $total)$(echo .123); ( [ "$y" != 123 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}124
if [ ${#words} -gt 125 ]; then words=${words: -6}; fi
z=$(printf '%s-%03d' "$text" 126); ( : "$z" )
x=$(echo $((total + 127)))
case $x in *8) total=$((total + x % 7)) ;; *) words="$words w128" ;; esac
y=$(count "a b c d"; echo $total)$(echo .129); ( [ "$y" != 129 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}130
if [ ${#words} -gt 131 ]; then words=${words: -12}; fi
z=$(printf '%s-%03d' "$text" 132); ( : "$z" )
x=$(echo $((total + 133)))
case $x in *4) total=$((total + x % 7)) ;; *) words="$words w134" ;; esac
y=$(count "a b c d"; echo $total)$(echo .135); ( [ "$y" != 135 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}136
if [ ${#words} -gt 137 ]; then words=${words: -18}; fi
z=$(printf '%s-%03d' "$text" 138); ( : "$z" )
x=$(echo $((total + 139)))
case $x in *0) total=$((total + x % 7)) ;; *) words="$words w140" ;; esac
y=$(count "a b c d"; echo $total)$(echo .141); ( [ "$y" != 141 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}142
if [ ${#words} -gt 143 ]; then words=${words: -4}; fi
z=$(printf '%s-%03d' "$text" 144); ( : "$z" )
x=$(echo $((total + 145)))
case $x in *6) total=$((total + x % 7)) ;; *) words="$words w146" ;; esac
y=$(count "a b c d"; echo $total)$(echo .147); ( [ "$y" != 147 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}148
if [ ${#words} -gt 149 ]; then words=${words: -10}; fi
z=$(printf '%s-%03d' "$text" 150); ( : "$z" )
x=$(echo $((total + 151)))
case $x in *2) total=$((total + x % 7)) ;; *) words="$words w152" ;; esac
y=$(count "a b c d"; echo $total)$(echo .153); ( [ "$y" != 153 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}154
if [ ${#words} -gt 155 ]; then words=${words: -16}; fi
z=$(printf '%s-%03d' "$text" 156); ( : "$z" )
x=$(echo $((total + 157)))
case $x in *8) total=$((total + x % 7)) ;; *) words="$words w158" ;; esac
y=$(count "a b c d"; echo $total)$(echo .159); ( [ "$y" != 159 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}160
if [ ${#words} -gt 161 ]; then words=${words: -2}; fi
z=$(printf '%s-%03d' "$text" 162); ( : "$z" )
x=$(echo $((total + 163)))
case $x in *4) total=$((total + x % 7)) ;; *) words="$words w164" ;; esac
y=$(count "a b c d"; echo $total)$(echo .165); ( [ "$y" != 165 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}166
if [ ${#words} -gt 167 ]; then words=${words: -8}; fi
z=$(printf '%s-%03d' "$text" 168); ( : "$z" )
x=$(echo $((total + 169)))
case $x in *0) total=$((total + x % 7)) ;; *) words="$words w170" ;; esac
y=$(count "a b c d"; echo $total)$(echo .171); ( [ "$y" != 171 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}172
if [ ${#words} -gt 173 ]; then words=${words: -14}; fi
z=$(printf '%s-%03d' "$text" 174); ( : "$z" )
x=$(echo $((total + 175)))
case $x in *6) total=$((total + x % 7)) ;; *) words="$words w176" ;; esac
y=$(count "a b c d"; echo $total)$(echo .177); ( [ "$y" != 177 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}178
if [ ${#words} -gt 179 ]; then words=${words: -20}; fi
z=$(printf '%s-%03d' "$text" 180); ( : "$z" )
x=$(echo $((total + 181)))
case $x in *2) total=$((total + x % 7)) ;; *) words="$words w182" ;; esac
y=$(count "a b c d"; echo $total)$(echo .183); ( [ "$y" != 183 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}184
if [ ${#words} -gt 185 ]; then words=${words: -6}; fi
z=$(printf '%s-%03d' "$text" 186); ( : "$z" )
x=$(echo $((total + 187)))
case $x in *8) total=$((total + x % 7)) ;; *) words="$words w188" ;; esac
y=$(count "a b c d"; echo $total)$(echo .189); ( [ "$y" != 189 ] )
for n in 1 2 3; do ( total=$n ); done; text=${words#* }; text=${text%% *}190
if [ ${#words} -gt 191 ]; then words=${words: -12}; fi
z=$(printf '%s-%03d' "$text" 192); ( : "$z" )
x=$(echo $((total + 193)))
for n in {1..11}; do ( : ); done
echo "total $total x $x y $y z $z words ${#words}"
