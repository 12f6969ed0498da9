// A page on a roll is exactly as long as what stands on it: the browser is told the length once the letters are there.
const roll = document.getElementById("roll");
const MM = 25.4 / 96; // one CSS pixel

function fit() {
  const zoom = Number(getComputedStyle(roll).zoom) || 1;
  const height = Math.ceil(roll.firstElementChild.getBoundingClientRect().height / zoom * MM) + 1;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`@page { size: ${roll.dataset.width}mm ${height}mm; margin: 0 }`);
  document.adoptedStyleSheets = [sheet];
}

document.fonts.ready.then(() => {
  fit();
  // asked for once: "back" and a reload do not print again
  const how = performance.getEntriesByType("navigation")[0]?.type;
  if ("ask" in roll.dataset && how !== "reload" && how !== "back_forward") print();
});
