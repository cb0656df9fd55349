rootProject.name = "my-layers"
