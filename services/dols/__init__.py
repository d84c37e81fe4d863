"""Dols sees that nobody is deprived of their liberty unseen: requests, assessors, authorisations.

Left for later: the assessments of a review, representatives, and following up conditions.
Law: Mental Capacity Act 2005 s4A and Sch A1; SI 2008/1858; [2026] UKSC 16.
Streams: request, one for each request of a managing authority; assessor, one for each assessor.
Hears: nothing.
Says: dols.request-received, dols.assessor-allocated, dols.requirement-assessed,
dols.information-requested, dols.questions-closed, dols.request-withdrawn, dols.urgent-extended,
dols.extension-refused, dols.authorisation-granted, dols.authorisation-not-granted,
dols.authorisation-ending, dols.authorisation-ended, dols.authorisation-suspended,
dols.authorisation-resumed, dols.authorisation-ceased, dols.review-asked, dols.review-completed.
"""
