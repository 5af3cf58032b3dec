const api = "{{ site }}api/";

async function get(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status} ${url}`);
  return answer.json();
}

const { places } = await get(api + "places.json");
for (const place of places) {
  const address = new URL(place.indicators_url, api + "places.json");
  const { indicators } = await get(address);
  for (const { name, unit, values } of indicators) {
    for (const { value_type, fiscal_year, value } of values) {
      console.log(place.name, name, value_type, fiscal_year, value ?? "", unit ?? "");
    }
  }
}
