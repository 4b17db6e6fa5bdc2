/* Replace Base Camp's panels with a table of many rows. Return the longest frame of its searches, and of its sorts. */
async ({ address, many }) => {
  const { table } = await import(address);
  const rows = Array.from({ length: many }, (_, id) => ({
    id,
    name: `Webinar ${2015 + (id % 12)} follow-up ${id}`,
    opened: (id * 7919) % 4003,
  }));
  const columns = [
    { key: "name", label: "Name" },
    { key: "id", label: "Id" },
    { key: "opened", label: "Opened", end: true },
  ];
  const { element } = table({ caption: "Many", noun: "row", rows, columns });
  document.querySelector("#panel-base-camp .panels").replaceChildren(element);

  let longest = 0;
  let last = performance.now();
  const frame = (now) => {
    longest = Math.max(longest, now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const rest = () => new Promise((done) => setTimeout(done, 500));
  const during = async (act) => {
    await rest();
    longest = 0;
    act();
    await rest();
    return longest;
  };

  const input = element.querySelector("input[type=search]");
  const search = (text) => () => {
    input.value = text;
    input.dispatchEvent(new Event("input"));
  };
  const sort = (label) => () =>
    [...element.querySelectorAll(".sort-button")].find((one) => one.textContent === label).click();
  const all = async (acts) => {
    const frames = [];
    for (const act of acts) frames.push(await during(act));
    return Math.max(...frames);
  };
  return {
    search: await all([search("follow-up 77"), search("webinar")]),
    sort: await all([sort("Name"), sort("Name"), sort("Opened")]),
  };
};
