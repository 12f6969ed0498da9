// A scanner types like a keyboard, but faster than any hand: heard at any moment, on any screen, without a focused field.
const PAUSE = 300;  // milliseconds: a longer one begins something new
const ENDED = 180;  // milliseconds of silence after a scanner that ends its line with nothing
const QUICK = 60;   // milliseconds a character takes a scanner on average, even a slow one; the fastest typists need 80
const CERTAIN = 6, SHORTEST = 4; // characters: surely a scanner; the shortest label, where Enter or Tab ends it

// Calls `heard` with each code; `listens` says of a key whether it may belong to one.
export function hear(heard, listens = () => true) {
  let typed = "", before = null, began = 0, latest = -Infinity, silence = 0;
  const isScan = shortest => typed.length >= shortest && (latest - began) / (typed.length - 1) < QUICK;

  function remember(field) {
    const writes = field && "setRangeText" in field && field.type !== "checkbox" && field.type !== "radio";
    before = writes ? { field, value: field.value } : null;
  }

  function finish() {
    const code = typed.trim();
    typed = "";
    if (before) { // the scanner wrote into whatever field had the focus
      before.field.value = before.value;
      before.field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
    heard(code);
  }

  addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || !listens(event)) return;
    const goesOn = event.timeStamp - latest < PAUSE;
    if (event.key === "Enter" || event.key === "Tab") {
      clearTimeout(silence);
      if (goesOn && isScan(SHORTEST)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        finish();
      }
      typed = "";
      return;
    }
    if (event.key.length !== 1) return; // Shift and the like, between the characters of a label
    if (!goesOn) {
      typed = "";
      began = event.timeStamp;
      remember(document.activeElement);
    }
    latest = event.timeStamp;
    typed += event.key;
    clearTimeout(silence);
    if (!isScan(CERTAIN)) return;
    event.preventDefault();
    silence = setTimeout(finish, ENDED);
  }, { capture: true });
}
