// Words that only one of two texts has, marked in the plain form of both: a longest common subsequence of words.

const MOST_CELLS = 4_000_000; // the table of the comparison; beyond it the texts are cut to what fits

export function markDifferences(turn) {
  const places = ["a", "b"].map((side) => turn.querySelector(`[data-side="${side}"] .plain.raw`));
  if (!places[0] || !places[1]) return;
  const words = places.map((place) => place.textContent.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) || []);
  const most = Math.floor(Math.sqrt(MOST_CELLS));
  const cut = words.map((list) => list.slice(0, most));
  const isCommon = commonWords(cut[0], cut[1]);
  places.forEach((place, side) => {
    const rest = words[side].slice(most).join("");
    place.replaceChildren(...marked(cut[side], isCommon[side]), document.createTextNode(rest));
  });
}

export function commonWords(a, b) {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j;
      lengths[at] = a[i] === b[j] ? lengths[at + width + 1] + 1 : Math.max(lengths[at + width], lengths[at + 1]);
    }
  }
  const isCommon = [new Array(a.length).fill(false), new Array(b.length).fill(false)];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const at = i * width + j;
    if (a[i] === b[j]) {
      isCommon[0][i++] = true;
      isCommon[1][j++] = true;
    } else if (lengths[at + width] >= lengths[at + 1]) i++;
    else j++;
  }
  return isCommon;
}

function marked(words, isCommon) {
  const nodes = [];
  let run = "";
  let isRunCommon = true;
  const flush = () => {
    if (!run) return;
    const text = document.createTextNode(run);
    if (isRunCommon || !run.trim()) nodes.push(text);
    else {
      const mark = document.createElement("mark");
      mark.append(text);
      nodes.push(mark);
    }
    run = "";
  };
  words.forEach((word, index) => {
    if (isCommon[index] !== isRunCommon) {
      flush();
      isRunCommon = isCommon[index];
    }
    run += word;
  });
  flush();
  return nodes;
}
