//! What ModelArts is asked.

use adyton_api::modelarts::activity::{EventList, MonitorShown, UpdateList};
use adyton_api::modelarts::models::{ModelDeleted, ModelImport, ModelImported, ModelList, ModelShown};
use adyton_api::modelarts::service_deploy::{ServiceDeploy, ServiceDeployed, ServiceUpdate};
use adyton_api::modelarts::services::{Done, ServiceList, ServiceShown};
use adyton_api::modelarts::tags::{CombinedTagList, TagList, TagsDelete};

use super::pages::{PAGE, all};
use super::{Client, encoded, json};
use crate::failure::Outcome;

/// Which models are listed.
#[derive(Clone, Copy, Default)]
pub struct ModelFilter<'a> {
    /// Only those of this name.
    pub name: Option<&'a str>,
    /// Only those that can be deployed.
    pub published: bool,
}

impl ModelFilter<'_> {
    fn query(&self) -> String {
        let mut query = String::new();
        if let Some(name) = self.name {
            query += &format!("&exact_match=true&model_name={}", encoded(name));
        }
        if self.published {
            query += "&model_status=published";
        }
        query
    }
}

impl Client {
    /// All models that fit.
    pub fn models(&self, filter: ModelFilter<'_>) -> Outcome<ModelList> {
        let (path, query) = (format!("/v1/{}/models", self.project()), filter.query());
        let mut total_count = 0;
        let mut models = all(|from| {
            let page: ModelList = self.get(&path, &page_of(from, &query))?;
            total_count = page.total_count;
            Ok(page.models)
        })?;
        // The API looks for a part of the name.
        models.retain(|model| filter.name.is_none_or(|name| model.model_name == name));
        Ok(ModelList {
            total_count,
            count: models.len(),
            models,
        })
    }
    /// A model in full.
    pub fn model(&self, id: &str) -> Outcome<ModelShown> {
        self.get(&format!("/v1/{}/models/{id}", self.project()), "")
    }
    /// Begins an import.
    pub fn import_model(&self, wanted: &ModelImport) -> Outcome<ModelImported> {
        self.post(&format!("/v1/{}/models", self.project()), wanted)
    }
    /// Deletes one version of a model, unless a service uses it.
    pub fn delete_model(&self, id: &str) -> Outcome<ModelDeleted> {
        self.delete(&format!("/v1/{}/models/{id}", self.project()))
    }
    /// All services whose name holds `name`.
    pub fn services(&self, name: Option<&str>) -> Outcome<ServiceList> {
        let query = name.map_or_else(String::new, |name| format!("&service_name={}", encoded(name)));
        self.services_where(&query)
    }
    /// All services that have all these tags: each a key, or `KEY=VALUE`.
    pub fn tagged_services(&self, tags: &[String]) -> Outcome<ServiceList> {
        self.services_where(&match tags {
            [] => String::new(),
            tags => format!("&tags={}", encoded(&tags.join(","))),
        })
    }
    fn services_where(&self, query: &str) -> Outcome<ServiceList> {
        let path = format!("/v1/{}/services", self.project());
        let mut total_count = 0;
        let services = all(|from| {
            let page: ServiceList = self.get(&path, &page_of(from, query))?;
            total_count = page.total_count;
            Ok(page.services)
        })?;
        Ok(ServiceList {
            total_count,
            count: services.len(),
            services,
        })
    }
    /// A service in full.
    pub fn service(&self, id: &str) -> Outcome<ServiceShown> {
        self.get(&self.service_path(id, ""), "")
    }
    /// Makes a service.
    pub fn deploy_service(&self, wanted: &ServiceDeploy) -> Outcome<ServiceDeployed> {
        self.post(&format!("/v1/{}/services", self.project()), wanted)
    }
    /// Changes a service.
    pub fn update_service(&self, id: &str, change: &ServiceUpdate) -> Outcome<Done> {
        self.put(&self.service_path(id, ""), change)
    }
    /// Deletes a service.
    pub fn delete_service(&self, id: &str) -> Outcome<Done> {
        self.delete(&self.service_path(id, ""))
    }
    /// The tags of a service.
    pub fn service_tags(&self, id: &str) -> Outcome<TagList> {
        self.get(&self.service_path(id, "/tags"), "")
    }
    /// The tags of all services.
    pub fn tags(&self) -> Outcome<CombinedTagList> {
        self.get(&format!("/v1/{}/services/tms/tags", self.project()), "")
    }
    /// Gives a service tags.
    pub fn tag_service(&self, id: &str, tags: &TagList) -> Outcome {
        let path = self.service_path(id, "/tags/create");
        self.manage("POST", &path, "", json(tags)?).map(drop)
    }
    /// Takes tags away from a service.
    pub fn untag_service(&self, id: &str, tags: &TagsDelete) -> Outcome {
        let path = self.service_path(id, "/tags/delete");
        self.manage("DELETE", &path, "", json(tags)?).map(drop)
    }
    /// The newest events of a service, newest first.
    pub fn service_events(&self, id: &str, query: &str) -> Outcome<EventList> {
        self.get(&self.service_path(id, "/events"), query)
    }
    /// How a service does: its instances, and what they take.
    pub fn service_monitor(&self, id: &str) -> Outcome<MonitorShown> {
        self.get(&self.service_path(id, "/monitor"), "")
    }
    /// The update history of a service, newest first.
    pub fn service_updates(&self, id: &str) -> Outcome<UpdateList> {
        self.get(&self.service_path(id, "/logs"), "")
    }
    fn service_path(&self, id: &str, below: &str) -> String {
        format!("/v1/{}/services/{id}{below}", self.project())
    }
}

/// ModelArts counts pages.
fn page_of(from: usize, filter: &str) -> String {
    format!("offset={}&limit={PAGE}{filter}", from / PAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_names_what_it_narrows_and_nothing_else() {
        assert_eq!(ModelFilter::default().query(), "");
        let filter = ModelFilter {
            name: Some("a b&c"),
            published: true,
        };
        assert_eq!(
            filter.query(),
            "&exact_match=true&model_name=a%20b%26c&model_status=published"
        );
    }

    #[test]
    fn offsets_count_pages() {
        assert_eq!(page_of(0, ""), "offset=0&limit=100");
        assert_eq!(page_of(2 * PAGE, "&a=b"), "offset=2&limit=100&a=b");
    }
}
