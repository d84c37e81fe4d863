"""What may be asked of intake over HTTP?"""
