"""What can enquiry answer at once?"""
