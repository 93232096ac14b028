"""The units of the quality laboratory for the library that knows how units go together; exact fractions only.

One unit a line, ``name = relation = symbol = another name``; what stands in brackets is counted by itself. Particles,
cells, colony-forming units, endotoxin units, vials and doses are not mere numbers: particles per vial are nothing per
dose unless somebody says how many vials a dose takes. An international unit of endotoxin is an endotoxin unit (WHO).
"""

from __future__ import annotations

DEFINITIONS = """
nano- = 1e-9 = n-
micro- = 1e-6 = µ-
milli- = 1e-3 = m-
kilo- = 1e3 = k-
pico- = 1e-12 = p-
hecto- = 1e2 = h-

meter = [length] = m
gram = [mass] = g
hour = [time] = h
volt = [potential] = V
pascal = [pressure] = Pa
liter = [volume] = L
osmole = [osmole] = Osm

bar = 1e5 * pascal
psi = 4.4482216152605 / 0.00064516 * pascal

particle = [particle]
cell = [cell]
colony_forming_unit = [colony] = CFU
endotoxin_unit = [endotoxin] = EU = IU
copy = [copy] = _ = copies
particulate = [particulate]
population_doubling = [doubling]
passage = [passage]
vial = [vial]
container = [container]
dose = [dose]
frame = [frame]
pH = [acidity]
count = [count]
ratio = []
percent = 1e-2 * ratio
"""
SPELT = {"%": "percent", "population doublings": "population_doubling"}
"""Units that the library reads by another spelling than ours."""
