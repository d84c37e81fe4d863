"""What may be asked of dols over HTTP?"""
