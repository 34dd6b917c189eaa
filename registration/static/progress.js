// Shows how far sending is without a click. Without this, the link "Look again" does the same.
const SECONDS = 3;
const look = async () => {
  const shown = document.querySelector("[data-progress]");
  if (!shown) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page && page.querySelector("[data-progress]");
    // Another page now (it is over, or somebody stopped it): show all of it.
    if (page && !next) return location.reload();
    if (next && !shown.contains(document.activeElement)) shown.replaceWith(next);
  } catch {
    // Away for a moment: look again later.
  }
  setTimeout(look, SECONDS * 1000);
};
setTimeout(look, SECONDS * 1000);
