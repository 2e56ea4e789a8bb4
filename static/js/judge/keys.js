// The keyboard. Keys are off while typing, with a modifier held, and verdict keys for a moment after a new comparison.

const SETTLE = 250; // milliseconds: a double press must not judge what nobody has read

export function listenToKeys(actions, isSettling) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return actions.close(event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return undefined;
    const action = actionOf(event, actions);
    if (!action) return undefined;
    event.preventDefault();
    if (action.isVerdict && isSettling(SETTLE)) return undefined;
    return action.run();
  });
}

function isTyping(target) {
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

function actionOf(event, actions) {
  // By position, so that Shift+1 is found on every layout; by character for layouts without digits in that row.
  const digit = /^(Digit|Numpad)([1-4])$/.exec(event.code)?.[2] || (/^[1-4]$/.test(event.key) ? event.key : "");
  if (digit) {
    const choice = { 1: "a", 2: "b", 3: "tie", 4: "both_bad" }[digit];
    const strength = event.shiftKey && digit <= 2 ? 2 : 1;
    return { isVerdict: true, run: () => actions.choose(choice, strength) };
  }
  const letters = {
    u: actions.undo, s: actions.openSkip, c: actions.openComment, d: actions.differences, r: actions.raw,
    g: actions.guidelines, "?": actions.keys,
  };
  const run = letters[event.key.toLowerCase()];
  return run ? { isVerdict: false, run } : null;
}
