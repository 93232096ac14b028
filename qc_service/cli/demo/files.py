"""A file as the story's tracker leaves it: the summary of three videos of one sample, its figures made up."""

from __future__ import annotations

from datetime import datetime

_SUMMARY = """\
NTA Experiment Summary File
Created with NTA 3.4 Build 3.4.000

[Experiment Details]
Software Version,NTA 3.4 Build 3.4.000
Experiment Name,{sample} {captured:%Y-%m-%d %H-%M-%S}.nano
Sample Name,{sample}-1000
Operator Name,Anton Sample
Time Captured,{captured:%H:%M:%S}  {captured:%d/%m/%Y}
Diluent,PBS

Filename:,{sample}_00,{sample}_01,{sample}_02

[Conditions]
Temperature/C,22.0,22.1,22.1

[Results],,,,Average,Standard Error
Dilution factor (concentrations adjusted for this factor),1.00e+03,1.00e+03,1.00e+03,,
Concentration (Particles / ml),9.90e+09,1.05e+10,1.02e+10,1.02e+10,1.73e+08
Particles per frame,41.2,43.5,42.4,42.4,0.7
Completed tracks,1420,1510,1466,,

[Concentration Warnings]
Validity of concentration measurement,OK,OK,OK
Noise level,No,No,No

[Information]
Vibration detected,No,No,No

[Data Included]
Size distribution - Number weighting - With Percentiles

[Size Data]
Weighting,Number
Filename,{sample}_00,{sample}_01,{sample}_02,Average,Standard Error
Mean,126.0,127.4,126.8,126.7,0.4
Mode,111.8,113.0,112.4,112.4,0.3
SD,38.1,39.0,38.6,38.6,0.3
D10,84.2,85.0,84.6,84.6,0.2
D50,120.1,121.3,120.7,120.7,0.3
D90,171.0,173.2,172.1,172.1,0.6
Graph Data
Bin centre (nm),Concentration (particles / ml),Concentration (particles / ml),Concentration (particles / ml),\
Concentration average,Standard Error
37.5,0,0,0,0,0
62.5,3.1e+08,3.3e+08,3.2e+08,3.2e+08,5.8e+06
87.5,1.9e+09,2.0e+09,2.0e+09,2.0e+09,3.3e+07
112.5,3.6e+09,3.8e+09,3.7e+09,3.7e+09,5.8e+07
137.5,2.4e+09,2.6e+09,2.5e+09,2.5e+09,5.8e+07
162.5,1.1e+09,1.2e+09,1.1e+09,1.1e+09,3.3e+07
187.5,5.2e+08,5.6e+08,5.4e+08,5.4e+08,1.2e+07
212.5,7.0e+07,7.0e+07,7.0e+07,7.0e+07,0
237.5,0,0,0,0,0

Percentile,Size (nm),Size (nm),Size (nm)
0,51.0,52.0,51.5
50,120.1,121.3,120.7
100,224.0,226.0,225.0
"""


def tracked(sample: str, captured: datetime) -> bytes:
    """The summary of a sample; ``captured`` is the instrument's own time, which it writes without a zone."""
    return _SUMMARY.format(sample=sample, captured=captured).encode()
