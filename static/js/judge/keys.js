// The keyboard. Keys are off while typing, with a modifier held, and verdict keys for a moment after a new comparison.
// Who dictates or uses a switch can turn them off altogether: a spoken word must not become a verdict.

const SETTLE = 250; // milliseconds: a double press must not judge what nobody has read

// `actions.choiceOf` says what a key decides, or null; `actions.letters` what else keys do.
export function listenToKeys(actions, isSettling, toggle) {
  toggle.checked = areKeysOn();
  toggle.addEventListener("change", () => remember(toggle.checked));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return actions.close(event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return undefined;
    if (!toggle.checked) return undefined;
    const action = actionOf(event, actions);
    if (!action) return undefined;
    event.preventDefault();
    if (action.isVerdict && isSettling(SETTLE)) return undefined;
    return action.run();
  });
}

function areKeysOn() {
  try {
    return localStorage.getItem("keys") !== "off";
  } catch {
    return true;
  }
}

function remember(isOn) {
  try {
    localStorage.setItem("keys", isOn ? "on" : "off");
  } catch {
    // Private windows may refuse: the choice then lasts as long as the page.
  }
}

// A check box takes no text: only the keys it uses itself are its own.
function isTyping(target) {
  const isField = ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName) && target.type !== "checkbox";
  return target.isContentEditable || isField;
}

function actionOf(event, actions) {
  const choice = actions.choiceOf(event);
  if (choice) return { isVerdict: true, run: () => actions.choose(...choice) };
  const run = actions.letters[event.key.toLowerCase()];
  return run ? { isVerdict: false, run } : null;
}

// By position, so that Shift+1 is found on every layout; by character for layouts without digits in that row.
export function digitOf(event) {
  return /^(Digit|Numpad)([0-9])$/.exec(event.code)?.[2] || (/^[0-9]$/.test(event.key) ? event.key : "");
}

// What the keys of a comparison decide: a choice and how strongly.
export function verdictOf(event) {
  const digit = digitOf(event);
  const choice = { 1: "a", 2: "b", 3: "tie", 4: "both_bad" }[digit];
  return choice ? [choice, event.shiftKey && digit <= 2 ? 2 : 1] : null;
}
