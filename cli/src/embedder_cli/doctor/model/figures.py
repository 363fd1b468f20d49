"""Published figures of EmbeddingGemma-300M: cosines, and the tolerance for them.

Source of the cosines: the model card of google/embeddinggemma-300m, and Google's guide to it with Sentence
Transformers. They were measured in float32; Workers AI may run another precision, hence the tolerance.
"""

SIZES = (768, 512, 256, 128)
TOLERANCE = 0.02  # on a cosine

QUESTION = "What is Deep Learning?"
ANSWER = "Deep Learning is..."
DEEP_LEARNING = {768: 0.8578, 512: 0.8691, 256: 0.8926, 128: 0.9299}  # cosine of the two, without any prompt

PLANET_QUERY = "Which planet is known as the Red Planet?"
PLANETS = (
    "Venus is often called Earth's twin because of its similar size and proximity.",
    "Mars, known for its reddish appearance, is often referred to as the Red Planet.",
    "Jupiter, the largest planet in our solar system, has a prominent red spot.",
    "Saturn, famous for its rings, is sometimes mistaken for the Red Planet.",
)
# cosines of the query and the four sentences, with the prompts of search_query and search_document
RED_PLANET = {768: (0.3011, 0.6359, 0.4930, 0.4889), 256: (0.4016, 0.6715, 0.5283, 0.5261)}

QUERY_PROMPT = "task: search result | query: "
DOCUMENT_PROMPT = "title: none | text: "
# The other prompts of the model card. There are no recorded vectors of texts with them.
OTHER_PROMPTS = tuple(
    f"task: {task} | query: "
    for task in (
        "question answering",
        "fact checking",
        "classification",
        "clustering",
        "sentence similarity",
        "code retrieval",
    )
)
