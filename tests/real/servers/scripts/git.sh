export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@b
export GIT_AUTHOR_DATE=2024-01-01T00:00:00Z GIT_COMMITTER_DATE=2024-01-01T00:00:00Z
set -e
git init -q -b main tree
cd tree
mkdir src
for i in 1 2 3 4 5; do seq 1 $((i * 100)) > src/f$i; done
ln -s src/f1 link
git add -A
git commit -q -m first
sed -i s/7/seven/ src/f3
git rm -q src/f5
git commit -aq -m second
git log --oneline --stat
git clone -q . ../copy
cd ../copy
git status
git fsck
git gc -q
ls .git/objects/pack | sed 's/.*\.//' | sort
git diff HEAD~1 | head -20
cd ../tree
git checkout -q -b side HEAD~1
echo x >> src/f1
git commit -aqm side
git merge -q main -m merged
git log --graph --oneline
git grep -c seven
