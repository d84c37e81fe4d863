"""Enquiry makes the council's enquiry, or has it made, with the adult at its centre.

Law: Care Act 2014 s42(2), s68.
Streams: enquiry, one for each concern whose decision opens one, under the concern's id; partners,
the list of those who may be asked to make one.
Hears: triage.section-42-decided, triage.concern-reopened, triage.information-added.
Says: enquiry.enquiry-opened, enquiry.enquiry-concluded, enquiry.enquiry-closed,
enquiry.enquiry-reopened, enquiry.enquiry-caused, enquiry.caused-enquiry-answered,
enquiry.partner-reminded, enquiry.report-received, enquiry.report-assessed,
enquiry.late-report-received, enquiry.late-report-considered, enquiry.caused-enquiry-recalled.
"""
