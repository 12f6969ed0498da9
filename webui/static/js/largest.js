// A file that is larger than its form takes is said to be so before it is sent.
document.addEventListener("change", ({ target }) => {
  if (!target.matches("input[data-largest]")) return;
  const large = [...target.files].some((file) => file.size > Number(target.dataset.largest));
  target.setCustomValidity(large ? target.dataset.tooLarge : "");
  target.reportValidity();
});
