"""Triage decides whether the section 42 duty arises, and sees that nobody waits unseen.

Law: Care Act 2014 s42(1).
Streams: concern, one for each adult of a promoted contact.
Hears: intake.contact-promoted, intake.information-received, intake.referral-withdrawn.
Says: triage.concern-recognised, triage.concern-scored, triage.section-42-decided,
triage.concern-reopened, triage.information-added, triage.information-considered.
"""
