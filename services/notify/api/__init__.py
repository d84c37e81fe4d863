"""What may be asked of notify over HTTP?"""
