// A scanner types like a keyboard, but faster than any hand: caught at any moment, on any screen, without a focused field.
const SLOWEST = 45;  // milliseconds between two characters of a scanner; a fast typist needs 60
const SHORTEST = 6;  // characters; the shortest label
const form = document.getElementById("scan");
let typed = "", before = null, latest = 0, silence = 0;

function remember(field) {
  const writes = field && "setRangeText" in field && field.type !== "checkbox" && field.type !== "radio";
  before = writes ? { field, value: field.value } : null;
}

function finish() {
  const code = typed.trim();
  typed = "";
  if (code.length < SHORTEST) return;
  if (before) { // the scanner wrote into whatever field had the focus
    before.field.value = before.value;
    before.field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  form.elements.code.value = code;
  form.requestSubmit();
}

addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey || !form) return;
  const fast = event.timeStamp - latest < SLOWEST;
  if (event.key === "Enter" || event.key === "Tab") {
    clearTimeout(silence);
    if (fast && typed.length >= SHORTEST) {
      event.preventDefault();
      event.stopImmediatePropagation();
      finish();
    }
    typed = "";
    return;
  }
  if (event.key.length !== 1) return; // Shift and the like, between the characters of a label
  if (!fast) {
    typed = "";
    remember(document.activeElement);
  }
  latest = event.timeStamp;
  typed += event.key;
  clearTimeout(silence);
  if (typed.length < SHORTEST) return;
  event.preventDefault();
  silence = setTimeout(finish, 120); // a scanner that ends its line with nothing
}, { capture: true });
