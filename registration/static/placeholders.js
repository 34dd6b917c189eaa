// Puts a placeholder where the cursor stands. Without this, staff type it: the list beside the boxes says how.
for (const bar of document.querySelectorAll("[data-insert]")) {
  const group = bar.closest("fieldset");
  const boxes = [...group.querySelectorAll("input[type=text], textarea")];
  let box = boxes.at(-1);
  box.setSelectionRange(box.value.length, box.value.length);
  group.addEventListener("focusin", (event) => {
    if (boxes.includes(event.target)) box = event.target;
  });
  bar.querySelector("button").addEventListener("click", () => {
    box.setRangeText(bar.querySelector("select").value, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  });
  bar.hidden = false;
}
