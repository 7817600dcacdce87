# A tour of perl for the acceptance list: regular expressions, sprintf, sort, hashes, closures, objects,
# files, processes, pipes, signals. It prints the same on every run.
use strict;
use warnings;

my $section = 0;

sub section {
    my ($title) = @_;
    $section++;
    print "\n== $section. $title\n";
}

sub show {
    my ($name, @values) = @_;
    printf "%-24s %s\n", "$name:", join ' ', map { defined $_ ? $_ : 'undef' } @values;
}

# A generator of our own: perl's is seeded by the system.
my $seed = 20240229;

sub random {
    my ($below) = @_;
    $seed = ($seed * 1103515245 + 12345) % 2147483648;
    return int($seed / 65536) % $below;
}

# ---------------------------------------------------------------------------
section 'regular expressions';

my $log = <<'END';
2024-02-29 12:00:01 [info]  server: started pid=4211 port=8080
2024-02-29 12:00:07 [warn]  disk: usage at 91.5% on /dev/sda1
2024-02-29 12:01:44 [error] server: request /index.html?q=a&b=c failed: code=500 time=0.125s
2024-03-01 00:00:00 [info]  cron: rotated 12 files (3.5 MB)
2024-03-01 08:15:30 [error] mail: cannot deliver to <joe@example.com>: code=451 time=30s
END

my %count;
for my $line (split /\n/, $log) {
    next unless $line =~ m/^(?<date>\d{4}-\d\d-\d\d) \s+ (?<time>[\d:]+) \s+ \[(?<level>\w+)\] \s+ (?<unit>\w+):\s*(?<text>.*)$/x;
    my ($unit, $date) = @+{ 'unit', 'date' };
    $count{ $+{level} }{$unit}++;
    my %pairs = $+{text} =~ /(\w+)=(\S+)/g;
    show "$unit of $date", map { "$_=$pairs{$_}" } sort keys %pairs if %pairs;
}
for my $level (sort keys %count) {
    show $level, map { "$_:$count{$level}{$_}" } sort keys %{ $count{$level} };
}

show 'greedy',     'aXbXc' =~ /(.*)X/;
show 'lazy',       'aXbXc' =~ /(.*?)X/;
show 'look-ahead', join ',', '1234567890' =~ /\d(?=(?:\d{3})+$)/g;
(my $commas = '1234567890') =~ s/(\d)(?=(?:\d{3})+$)/$1,/g;
show 'commas', $commas;
show 'look-behind', join '|', split /(?<=[a-z])(?=[A-Z])/, 'camelCaseToWords';
show 'backreference', join ',', 'this is is a test test ok' =~ /\b(\w+) \1\b/g;
my $balanced = qr/\((?:[^()]++|(?R))*\)/;
show 'recursive', 'f(a(b)c)(d)' =~ /($balanced)/ ? $1 : 'no match';
my $text = 'x=1, y=22, z=333';
(my $doubled = $text) =~ s/(\d+)/$1 * 2/ge;
show 'evaluated', $doubled;
show 'transliterated', ($text =~ tr/a-z//), ($text =~ tr/0-9/#/r);
my @tokens;
my $source = 'sum = 3.14 * (radius + 2) ; # comment';
for ($source) {
    while (1) {
        if    (/\G\s+/gc)                  { next }
        elsif (/\G#.*/gc)                  { next }
        elsif (/\G(\d+(?:\.\d+)?)/gc)      { push @tokens, "num($1)" }
        elsif (/\G([a-z_]\w*)/gci)         { push @tokens, "id($1)" }
        elsif (/\G([-+*\/=();])/gc)        { push @tokens, "op($1)" }
        else                               { last }
    }
}
show 'tokens', @tokens;
show 'case', "\LLOUD\E \Uquiet\E \uword";
show 'split limit', map { "<$_>" } split(/,/, 'a,b,,c,,', -1);
show 'positions', do { my @p; push @p, pos $text while $text =~ /\d+/g; @p };

# ---------------------------------------------------------------------------
section 'sprintf, pack, numbers';

my @formats = (
    [ '%5d|%-5d|%05d|%+d', 42, 42, 42, 42 ],
    [ '%x %X %#x %o %#o %b %#b', 255, 255, 255, 8, 8, 5, 5 ],
    [ '%.3f %8.2f %-8.1f| %e %g %g', 3.14159265, 2.71828, 1.5, 12345.678, 0.0000123, 1e20 ],
    [ '%s %10s %-10s| %.2s %c %%', 'text', 'right', 'left', 'cut', 65 ],
    [ '%2$s %1$s %*3$d', 'world', 'hello', 6 ],
    [ '%vd %v02x', '1.22.333', '1.2.3' ],
);
for (@formats) {
    my ($format, @values) = @$_;
    no warnings;
    print sprintf($format, @values), "\n";
}
show 'hex, oct', hex('ff'), oct('0x1f'), oct('755'), oct('0b101');
show 'integers', 2**31, 2**32, 2**53 + 1, 9_999_999_999_999_999, -7 % 3, int(-7 / 2), 7 <=> 10;
show 'fractions', 0.1 + 0.2, 1 / 3, 1e15 / 7, 1e-5, 10**-20, 9**20, sqrt(2), exp(1), log(10);
show 'trigonometry', map { sprintf '%.12f', $_ } sin(1), cos(1), atan2(1, 1) * 4;
show 'bits', 0xff & 0x0f, 0xf0 | 0x0f, 0xff ^ 0x55, 1 << 20, 0xffff >> 4, ~0 & 0xff;
show 'packed', unpack('H*', pack('A3 n N v V C w', 'abcd', 258, 16909060, 258, 16909060, 65, 300));
show 'unpacked', unpack('A2 x n/a* C', pack('A2 x n/a* C', 'hi', 'counted', 7));
show 'checksum', unpack('%32C*', $log) % 65535;
show 'vec', do { my $v = ''; vec($v, $_, 4) = $_ for 0 .. 7; unpack 'H*', $v };

# ---------------------------------------------------------------------------
section 'sort, map, grep';

my @words = qw(pear Apple fig banana cherry apple date elderberry grape Fig);
show 'plain',       sort @words;
show 'no case',     sort { lc $a cmp lc $b or $a cmp $b } @words;
show 'by length',   sort { length $a <=> length $b or $a cmp $b } @words;
show 'descending',  reverse sort { $a <=> $b } map { random(1000) } 1 .. 12;
show 'transformed', map { $_->[1] } sort { $a->[0] <=> $b->[0] or $a->[1] cmp $b->[1] } map { [ tr/aeiou//, $_ ] } @words;
my @records = map { { id => $_, group => random(4), value => random(100) } } 1 .. 300;
my %groups;
push @{ $groups{ $_->{group} } }, $_ for @records;
for my $group (sort { $a <=> $b } keys %groups) {
    my @sorted = sort { $b->{value} <=> $a->{value} || $a->{id} <=> $b->{id} } @{ $groups{$group} };
    my $sum = 0;
    $sum += $_->{value} for @sorted;
    show "group $group", scalar @sorted, $sum, map { "$_->{id}=$_->{value}" } @sorted[ 0 .. 4 ];
}
my @big = sort { $a <=> $b } map { random(30000) } 1 .. 5000;
my $ordered = 1;
for (1 .. $#big) { $ordered = 0 if $big[ $_ - 1 ] > $big[$_] }
show 'five thousand', $ordered, @big[ 0, 2500, 4999 ];
my %seen;
show 'unique', scalar grep { !$seen{$_}++ } @big;

# ---------------------------------------------------------------------------
section 'closures, recursion, data structures';

sub counter {
    my ($n) = @_;
    return { up => sub { ++$n }, down => sub { --$n }, value => sub { $n } };
}
my ($c1, $c2) = (counter(5), counter(50));
$c1->{up}->() for 1 .. 3;
$c2->{down}->();
show 'counters', $c1->{value}->(), $c2->{value}->();

my %memo;
my $fib;
$fib = sub { my $n = shift; $memo{$n} //= $n < 2 ? $n : $fib->($n - 1) + $fib->($n - 2) };
show 'fibonacci', map { $fib->($_) } 10, 30, 70;

sub permute {
    my ($done, $rest, $out) = @_;
    unless (@$rest) { push @$out, join '', @$done; return }
    for my $i (0 .. $#$rest) {
        my @left = @$rest;
        my ($one) = splice @left, $i, 1;
        permute([ @$done, $one ], \@left, $out);
    }
}
permute([], [qw(a b c d)], \my @permutations);
show 'permutations', scalar @permutations, @permutations[ 0, 11, 23 ];

my $matrix = [ map { my $i = $_; [ map { $i * $_ } 1 .. 4 ] } 1 .. 4 ];
my $transposed = [ map { my $j = $_; [ map { $_->[$j] } @$matrix ] } 0 .. 3 ];
show 'matrix', map { join ',', @$_ } @$transposed;
my @stack = (1 .. 10);
show 'splice', splice(@stack, 2, 3, 'x', 'y'), '|', @stack;
my %inverse = reverse(a => 1, b => 2, c => 3);
show 'hash slices', @inverse{ 1, 3 }, join(',', map { "$_$inverse{$_}" } sort keys %inverse), exists $inverse{9} ? 1 : 0;
show 'local', do { our $g = 'outer'; my $f = sub { our $g }; local $g = 'inner'; $f->() };
show 'wantarray', scalar(sub { wantarray ? 'list' : 'scalar' }->()), sub { wantarray ? 'list' : 'scalar' }->();
my $sieve = '1' x 10000;
for (my $i = 2; $i * $i < 10000; $i++) {
    next unless substr $sieve, $i, 1;
    for (my $j = $i * $i; $j < 10000; $j += $i) { substr($sieve, $j, 1) = '0' }
}
show 'primes', ($sieve =~ tr/1//) - 2;

# ---------------------------------------------------------------------------
section 'objects and exceptions';

package Shape;
sub new { my ($class, %args) = @_; return bless {%args}, $class }
sub area { die { code => 42, message => 'a shape has no area' } }
sub describe { my $self = shift; return sprintf '%s of area %.2f', ref $self, $self->area }

package Circle;
our @ISA = ('Shape');
sub area { my $self = shift; return 3.14159265358979 * $self->{r}**2 }

package Square;
our @ISA = ('Shape');
use overload '+' => sub { Square->new(side => $_[0]{side} + $_[1]{side}) }, '""' => sub { "square($_[0]{side})" };
sub area { my $self = shift; return $self->{side}**2 }
sub DESTROY { $main::destroyed++ }

package main;

our $destroyed = 0;
show 'shapes', $_->describe for Circle->new(r => 2), Square->new(side => 3);
{
    my $sum = Square->new(side => 1) + Square->new(side => 2);
    show 'overloaded', "$sum";
}
show 'destroyed', $destroyed;
eval { Shape->new->describe };
show 'exception', $@->{code}, $@->{message};
eval { my $zero = 0; my $x = 1 / $zero };
show 'division', $@ =~ /^(.*) at/;
show 'can', Circle->can('area') ? 'yes' : 'no', Circle->can('fly') ? 'yes' : 'no', Circle->new->isa('Shape');
eval { local $SIG{__DIE__} = sub { print 'dying: ', $_[0] }; die "for a reason\n" };
show 'warn', do { my $w; local $SIG{__WARN__} = sub { $w = $_[0] }; warn "careful\n"; chomp $w; $w };

# ---------------------------------------------------------------------------
section 'files';

$| = 1;
my $directory = "/tmp/tour.$$";
mkdir $directory or die "mkdir: $!";
my $file = "$directory/data";
open my $out, '>', $file or die "open: $!";
printf $out "%04d %s\n", $_, chr(65 + $_ % 26) x ($_ % 50) for 1 .. 1000;
close $out;
show 'size', -s $file, -e "$directory/none" ? 'there' : 'absent', -d $directory ? 'directory' : '', -f _ ? 'file' : '';
open my $in, '<', $file or die "open: $!";
my ($lines, $longest) = (0, 0);
while (<$in>) { $lines++; $longest = length if length > $longest }
show 'lines', $lines, $longest, $.;
seek $in, 0, 0;
local $/ = undef;
my $whole = <$in>;
$/ = "\n";
close $in;
show 'slurped', length $whole, scalar(() = $whole =~ /Z/g);
open my $both, '+<', $file or die "open: $!";
seek $both, 5, 0;
print $both 'REWRITTEN';
seek $both, 0, 0;
read $both, my $start, 20;
truncate $both, 100;
close $both;
show 'updated', $start =~ tr/\n/$/r, -s $file;
rename $file, "$file.old" or die "rename: $!";
symlink 'data.old', "$directory/link" or die "symlink: $!";
show 'link', readlink "$directory/link";
opendir my $listing, $directory or die "opendir: $!";
show 'entries', sort grep { !/^\.\.?$/ } readdir $listing;
closedir $listing;
chmod 0640, "$file.old";
utime 86400, 172800, "$file.old";
my @stat = stat "$file.old";
show 'stat', sprintf('%o', $stat[2]), @stat[ 3, 7, 8, 9 ];
open my $copy, '>&', \*STDOUT or die "dup: $!";
print $copy "through a duplicate\n";
close $copy;
unlink glob "$directory/*";
rmdir $directory or die "rmdir: $!";
open my $none, '<', $file or show 'errno', $! + 0, "$!";

# ---------------------------------------------------------------------------
section 'processes, pipes, signals';

my @children;
for my $n (1 .. 5) {
    my $pid = fork;
    die "fork: $!" unless defined $pid;
    exit $n * 10 if $pid == 0;
    push @children, $pid;
}
show 'statuses', map { waitpid $_, 0; $? >> 8 } @children;

pipe my $reader, my $writer or die "pipe: $!";
if (!fork) {
    close $reader;
    print $writer "line $_ from a child\n" for 1 .. 2000;
    exit 0;
}
close $writer;
my @received = <$reader>;
wait;
show 'pipe', scalar @received, $received[-1] =~ /(\d+)/;

show 'command', split /\n/, `printf 'b\\na\\nc\\n' | sort -r`;
system 'sh', '-c', 'exit 7';
show 'system', $? >> 8;
show 'killed', do { my $pid = fork; if (!$pid) { sleep 10; exit } kill 'TERM', $pid; waitpid $pid, 0; $? & 127 };
open my $to, '|-', 'tr a-z A-Z' or die "open: $!";
print $to "through another process\n";
close $to;
open my $from, '-|', 'seq', '3' or die "open: $!";
show 'from', map { chomp; $_ } <$from>;
close $from;

my @signals;
local $SIG{USR1} = sub { push @signals, 'usr1' };
local $SIG{ALRM} = sub { die "timeout\n" };
kill 'USR1', $$;
show 'signal', @signals;
eval { alarm 1; select undef, undef, undef, 5; alarm 0 };
show 'alarm', $@ =~ tr/\n//dr;
$ENV{TOUR} = 'set by perl';
show 'environment', `echo "\$TOUR"` =~ tr/\n//dr;
show 'time', join('-', (gmtime 1709208000)[ 5, 4, 3, 2, 1, 0, 6, 7 ]), scalar gmtime 0;
show 'done', "$section sections";
exit 3;
