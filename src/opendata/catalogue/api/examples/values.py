import json
from urllib.parse import urljoin
from urllib.request import urlopen


def get(url):
    with urlopen(url) as answer:
        return json.load(answer)


api = "{{ site }}api/"
for place in get(api + "places.json")["places"]:
    address = urljoin(api + "places.json", place["indicators_url"])
    for indicator in get(address)["indicators"]:
        for value in indicator["values"]:
            print(
                place["name"],
                indicator["name"],
                value["value_type"],
                value["fiscal_year"],
                value.get("value"),
                indicator.get("unit"),
                sep="\t",
            )
