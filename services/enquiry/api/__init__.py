"""What may be asked of enquiry over HTTP?"""
