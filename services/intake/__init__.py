"""Intake receives referrals, turns none away, and sees that each adult in them goes on.

Law: Care Act 2014 s42(1); s76(7) for those it does not reach.
Streams: referral, one for each referral that a partner sends.
Hears: triage.section-42-decided, triage.concern-reopened.
Says: intake.referral-received, intake.contact-promoted, intake.contact-redirected,
intake.information-kept, intake.information-received, intake.referral-withdrawn.
"""
