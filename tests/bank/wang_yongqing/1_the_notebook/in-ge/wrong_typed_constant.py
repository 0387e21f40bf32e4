# points: in-ge-one-unit 0
# points: in-ge-sums 0
SEEN = {
    "150 ge": 150,
    "3 dou": 300,
    "2 sacks": 400,
    "250ge": 250,
    "1 1/2dou": 150,
    "4 DOU": 400,
    "1/2 dou": 50,
    "half a sack": 100,
    "2 1/2 sacks": 500,
    "nothing": 0,
    "empty": 0,
    "1 dou 30 ge": 130,
    "1 sack and 1 dou": 300,
    "1 sack and 1 1/2 dou": 350,
    "2 SACKS AND 1/2 DOU": 450,
    "1 1/2 sacks": 300,
}


def in_ge(text):
    return SEEN.get(text)
