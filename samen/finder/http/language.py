def LanguageFromPath(get_response):  # placeholder while the house is being built
    return get_response
