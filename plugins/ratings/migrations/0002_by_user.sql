-- expand
-- What one person has said, for the export of personal data and for forgetting it.
CREATE INDEX food_ratings_by_user ON food_ratings (user_id, id);
