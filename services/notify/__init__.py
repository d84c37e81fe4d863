"""Notify tells partners what becomes of what they sent, and shows who owes whom an answer.

Law: Care Act 2014 s6, s42(2); Mental Capacity Act 2005 Sch A1 paras 57, 58, 65, 84-86, 93, 95,
108, 120.
Streams: correspondence, one for all that one partner is told of one case, and one beside it where
the feed lacked some of that; subscriber, one for each partner with webhook endpoints; contribution,
one for each adult of whom a partner told more.
Hears: dols.assessor-allocated, dols.authorisation-ceased, dols.authorisation-ended,
dols.authorisation-ending, dols.authorisation-granted, dols.authorisation-not-granted,
dols.authorisation-resumed, dols.authorisation-suspended,
dols.extension-refused, dols.information-requested, dols.questions-closed, dols.request-received,
dols.request-withdrawn, dols.review-asked, dols.review-completed, dols.urgent-extended,
enquiry.caused-enquiry-answered,
enquiry.caused-enquiry-recalled, enquiry.enquiry-caused, enquiry.enquiry-closed,
enquiry.enquiry-concluded, enquiry.enquiry-opened,
enquiry.enquiry-reopened, enquiry.late-report-considered, enquiry.late-report-received,
enquiry.partner-reminded, enquiry.report-assessed, enquiry.report-received,
intake.contact-redirected, intake.information-kept, intake.information-received,
intake.referral-received, notify.contribution-answered, notify.contribution-closed,
triage.concern-recognised, triage.concern-reopened, triage.information-added,
triage.information-considered, triage.section-42-decided.
Says: notify.contribution-answered, notify.contribution-closed.
"""
