import opendata

tables = opendata.read("{{ site }}datasets/{{ dataset }}/")
for name, table in tables.items():
    print(name, table.attrs["title"], len(table))
