// Copies a field into the clipboard and says so; the old way too, because browsers keep the new one for https.
async function copy(field) {
  field.select();
  if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
  else document.execCommand("copy");
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const words = button.querySelector("span"), before = words.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await copy(document.getElementById(button.dataset.copy));
    words.textContent = button.dataset.copied;
    setTimeout(() => { words.textContent = before; }, 2000); // milliseconds
  });
}
