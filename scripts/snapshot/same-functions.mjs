// Functions of one bundle in another one with the same modules but for some: minified, they differ in their names.

/** So many characters of the comparison tell functions apart; of those short of that, which others follow in the other bundle, fewer. */
const COMPARED = [80, 30];
/** The minifier's names are no longer; keywords of that length are the same in both bundles. */
const LONGEST_NAME = 3;
const WORD = /[A-Za-z_$][\w$]*/g;

/** Where the functions begin in `to`, ascending, that begin in `from` at these positions, ascending; those that are not found are left out. */
export function sameFunctions(from, positions, to) {
  const [ours, theirs] = [withoutNames(from), withoutNames(to)];
  const found = new Set();
  let here = 0;
  let there = 0;
  for (const position of positions) {
    while (here < ours.at.length && ours.at[here] < position) here++;
    const at = placeOf(ours.text, here, theirs.text, there);
    if (at < 0) continue;
    there = at + 1;
    found.add(theirs.at[at]);
  }
  return [...found].sort((a, b) => a - b);
}

/** The place in `other` of what is at a place in `text`: behind `after`, if it is there, for modules are mostly in the same order. */
function placeOf(text, place, other, after) {
  for (const length of COMPARED) {
    const wanted = text.slice(place, place + length);
    for (const begin of [after, 0]) {
      const at = other.indexOf(wanted, begin);
      if (at >= 0) return at;
    }
  }
  return -1;
}

/** The text with one letter for each short word, and where each character of that was. */
function withoutNames(text) {
  const at = [];
  let plain = '';
  let end = 0;
  const keep = (start, stop) => {
    plain += text.slice(start, stop);
    for (let i = start; i < stop; i++) at.push(i);
  };
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (word.length > LONGEST_NAME) continue;
    keep(end, index);
    plain += 'x';
    at.push(index);
    end = index + word.length;
  }
  keep(end, text.length);
  return { text: plain, at };
}
