"""What do referrers write, and how do they answer the coded risk questions?"""

OWN_LIKE = (  # types of abuse outside institutions, shares of domain 6.1 split by place
    ("neglect-and-acts-of-omission", 250), ("physical-abuse", 160), ("psychological-abuse", 150),
    ("financial-or-material-abuse", 150), ("self-neglect", 138), ("domestic-abuse", 103),
    ("sexual-abuse", 45), ("organisational-abuse", 6), ("discriminatory-abuse", 6),
    ("sexual-exploitation", 9), ("modern-slavery", 5),
)  # fmt: skip
INSTITUTION = (
    ("neglect-and-acts-of-omission", 415), ("physical-abuse", 210), ("psychological-abuse", 125),
    ("financial-or-material-abuse", 100), ("organisational-abuse", 63), ("sexual-abuse", 45),
    ("discriminatory-abuse", 6),
)  # fmt: skip

STORIES = {
    "neglect-and-acts-of-omission": (
        "{name} was found in yesterday's clothes at {hour} with a dry mouth and no drink in reach.",
        "The heel wound has gone to category three; {name} was not turned between {hour} and dawn.",
        "Two medicine rounds were missed on Sunday and the chart for {name} was signed anyway.",
        "Nobody came for the tea call. {name} sat in the dark until a neighbour knocked at {hour}.",
    ),
    "physical-abuse": (
        "{name} has finger-shaped bruises on the left forearm that were not there at {hour}.",
        "Another resident pushed {name} in the lounge at {hour}; a skin tear, since dressed.",
        "A night carer was heard to slap {name}'s hand at {hour} during a wash.",
    ),
    "psychological-abuse": (
        "{name} goes quiet and looks at the floor whenever the nephew rings, last time at {hour}.",
        "Staff heard {name} told to shut up or be left without supper, about {hour}.",
        "{name} says the visitor calls names through the letterbox most evenings near {hour}.",
    ),
    "financial-or-material-abuse": (
        "The pension was drawn out the morning it arrived, and {name} had no bread in at {hour}.",
        "{name}'s bank card is kept by a friend who takes it to the cash machine at {hour}.",
        "A roofer took four hundred pounds from {name} at {hour} and has not come back.",
    ),
    "self-neglect": (
        "Newspapers are up to the window sills and {name} cooks on a camping stove, as at {hour}.",
        "{name} has refused every wash since Easter and sent the nurse away at {hour}.",
    ),
    "domestic-abuse": (
        "{name} rang at {hour} from the bathroom and whispered that he had smashed the telephone.",
        "Officers attended at {hour}: shouting, a broken door, {name} did not want to say more.",
    ),
    "sexual-abuse": (
        "{name} told the physiotherapist at {hour} that a man had touched her under the blanket.",
        "{name} was found at {hour} with another resident in bed and could not say why.",
    ),
    "organisational-abuse": (
        "Everybody on the corridor is put to bed by {hour} to suit the rota, {name} among them.",
        "Call bells were unplugged on the top floor at {hour}; {name} had been shouting for help.",
    ),
    "discriminatory-abuse": (
        "Boys have thrown eggs and shouted about {name}'s faith three nights running near {hour}.",
        "{name} was mocked for signing with the hands, in front of the day room at {hour}.",
    ),
    "sexual-exploitation": (
        "{name} is picked up at {hour} by older men and comes home with new trainers and no sleep.",
    ),
    "modern-slavery": (
        "{name} sleeps behind the car wash, is unpaid, and the boss keeps the passport ({hour}).",
    ),
}
ASIDES = (
    "The daughter has been told and is upset.", "Tea was given and the chair moved by the window.",
    "I am writing this at the end of a double shift, sorry for the spelling.",
    'Asked if anything hurt, the answer was "only my pride".',
    "Observations: resps 18, sats 95 on air, GCS 15.", "Photographs are held by the ward.",
    "We wonder whether this meets your threshold, please ring back.",
    "Pets: one elderly whippet, now with the warden.\nKeys are with number nine.",
    "The rota has been changed from tonight and a second carer is on.",
)  # fmt: skip
NEEDS = (
    "Two carers for all transfers, thickened fluids, lives with dementia.",
    "Mild learning disability, manages at home with eight hours a week.",
    "Stroke in 2019, right side weak, words come slowly.", "Frail, four calls a day, catheter.",
    "Schizoaffective condition, depot every fortnight, does own shopping.",
)  # fmt: skip
WHY_NOT = (
    "Cannot recall events ten minutes later.", "Relies on the same person for food and money.",
    "Cannot leave the bed unaided.", "Would say yes to anybody who smiles.",
    "Afraid of being sent to a home.",
)  # fmt: skip
VIEWS = (
    "Wants it to stop but nobody to be in trouble.", "Would like another carer in the mornings.",
    "Says leave it be, I have seen worse.", "Wants the money back and the locks changed.",
)  # fmt: skip
SOURCES = (
    "her eldest son", "the neighbour upstairs", "an agency night carer", "husband of 40 years",
    "a man from the betting shop", "another resident on the floor", "the great-niece with the car",
)  # fmt: skip
ACTIONS = (
    "Dressed the wound, rang the GP, moved the sensor mat.", "Carer sent home pending a meeting.",
    "Stayed until the grandson arrived with shopping.", "Bank told, card stopped, PIN changed.",
)  # fmt: skip

# severity, likelihood, self-protection, access, repetition, others at risk, coercion, protection
Risk = tuple[tuple[int, int, int, int, int, int, int, int], tuple[str, ...]]
RISKS: dict[str, tuple[Risk, ...]] = {
    "green": (
        ((1, 1, 1, 0, 0, 0, 0, 1), ()), ((1, 1, 2, 0, 0, 0, 0, 1), ()),
        ((2, 2, 1, 1, 0, 0, 0, 2), ()), ((1, 2, 2, 1, 0, 0, 0, 1), ()),
        ((2, 2, 1, 0, 1, 0, 0, 1), ()), ((2, 1, 2, 1, 1, 0, 0, 0), ()),
        ((2, 0, 0, 0, 0, 0, 0, 0), ()),
    ),
    "amber": (
        ((3, 2, 2, 1, 0, 1, 0, 1), ()), ((4, 2, 1, 0, 1, 1, 0, 0), ()),
        ((2, 3, 1, 2, 2, 0, 1, 1), ("third-concern",)), ((2, 3, 1, 1, 0, 0, 0, 0), ()),
        ((2, 2, 2, 0, 0, 1, 0, 2), ("worker-or-volunteer-is-source",)),
        ((2, 1, 2, 0, 0, 0, 0, 0), ("lacks-capacity-unrepresented",)),
        ((3, 2, 1, 1, 0, 0, 0, 1), ()), ((2, 3, 2, 2, 2, 1, 0, 0), ()),
    ),
    "red": (
        ((3, 4, 1, 2, 0, 0, 2, 0), ()), ((4, 3, 2, 1, 1, 1, 0, 0), ("life-threatening-neglect",)),
        ((3, 4, 2, 2, 1, 2, 0, 0), ("worker-or-volunteer-is-source",)),
        ((4, 2, 1, 1, 0, 0, 2, 2), ("strangulation-weapon-or-threat-to-kill",)),
        ((4, 4, 2, 2, 0, 0, 1, 0), ("immediate-danger",)), ((3, 3, 2, 2, 0, 1, 1, 0), ()),
        ((4, 2, 2, 1, 0, 2, 0, 0), ("suspicious-death-others-exposed",)),
    ),
}  # fmt: skip
ANSWERS = ("severity", "likelihood", "self_protection", "access", "repetition", "others_at_risk",
           "coercion", "protection")  # fmt: skip
# Those without coded answers score Amber on unknowns, so fewer of the coded ones are Amber.
BANDS = (("red", 122), ("amber", 305), ("green", 573))
