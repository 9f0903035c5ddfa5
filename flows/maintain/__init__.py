"""Operations on published releases: compare, rebuild, replay and take down."""
