"""What has every type of fact looked like, ever since the first one was written?"""
